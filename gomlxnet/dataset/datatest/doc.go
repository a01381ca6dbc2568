// Package datatest has what the tests of several packages of the data side need: pictures, files of data sets, and how
// far two pictures are apart. Nothing but tests imports it.
package datatest
