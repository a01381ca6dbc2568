// Package sweep is what lies around many nets: what they will take before they
// are started, the record of a run that other processes read, and how far it is.
//
//	[]transfer.Price + transfer.Timing -> Plan: hours, critical path, workers; Afford: the subset a budget buys
//	Record  STORE/runs/ID/run.json      the nets of a run, their keys, the command
//	Worker  STORE/runs/ID/workers/*     a process that trains nets of it, what each is doing, once a second
//	Read    record + store + workers -> Status, from any process or machine that sees the store
//
// The training itself is [coadapt/transfer.Lab.Curve], and what is finished is
// in the store: a record says which nets belong together and nothing about
// results, so that losing it loses no work. The same nets are the same run,
// whoever starts it and however often; workers on several machines join by
// starting the same command.
package sweep
