#!/usr/bin/env bash
# Prints a line for each file of the storage `uploads`, with everything that a restore has to bring back, and the
# checksums of the contents.
cd /storage/uploads || exit
{
  find . ! -type d -printf '%y %m %U %G %s %T@ %n %l %p\0'
  find . -type d -printf '%y %m %U %G %T@ %p\0'
  find . -type f -print0 | xargs -0 -r sha256sum -z
} | LC_ALL=C sort -z | tr '\0\n' '\n?'
