// Package appliance is a running firewall.
//
// It owns the lifecycle: the doors are shut before anything else, devices are
// made, the policy is compiled for the box's addresses of the moment, workers
// forward, and a clean stop leaves everything as it was. It is the only package,
// with those below it, that starts goroutines and writes logs. cmd/sallyport
// builds one from a configuration and runs it.
package appliance
