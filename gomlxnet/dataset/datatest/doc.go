// Package datatest has what the tests of several packages of the data side need: pictures, and how far two of them are
// apart. Nothing but tests imports it.
package datatest
