#!/bin/bash
# Runs every fuzz target for the time given (20s), one after another.
set -euo pipefail
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "fuzz: $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${1:-20s}" "$package" | tail -n 3
	done
done
