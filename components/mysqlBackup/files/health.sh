#!/usr/bin/env bash
# Prints the state of each activity, and fails if the last full backup or the archive failed.
set -euo pipefail

cat /tmp/state/*
! grep -q '^failed' /tmp/state/*
