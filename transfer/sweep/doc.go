// Package sweep plans and follows the training of many nets: what they will take,
// the record of a run that other processes read, and how far the run is.
//
//	[]*transfer.Plan + transfer.Timing -> Plan: hours, critical path, workers; Afford: the subset a budget buys
//	Record  STORE/runs/ID/run.json      the nets of a run, their keys, the command
//	Worker  STORE/runs/ID/workers/*     a process that trains nets of it, what each is doing, every one to ten seconds
//	Read    record + store + workers -> Status, from any process or machine that sees the store
//
// [coadapt/transfer.Lab.Curve] does the training, and finished nets are in the
// store. A record only says which nets belong together, so losing it loses no
// work. The same nets are the same run, whoever starts it and however often:
// workers on several machines join by starting the same command.
package sweep
