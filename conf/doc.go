// Package conf turns a configuration file into validated settings.
//
// It owns the language of the file (TOML, docs/configuration.md) and everything
// that can be known to be wrong with one without looking at the machine. All
// faults are reported at once, each with the line and column of the word at
// fault; a file with a fault gives no settings at all. cmd calls it, appliance
// runs what it returns.
package conf
