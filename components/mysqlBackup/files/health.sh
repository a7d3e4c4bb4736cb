#!/usr/bin/env bash
# Succeeds unless the last full backup or the archive failed; says why.
set -euo pipefail

cat /tmp/state/*
! grep -q '^failed' /tmp/state/*
