# Prints for every transaction in a relay log when it was committed (microseconds since 1970, by the clock of the server
# that committed it) and the byte at which it begins. Fails if the file does not end with a whole event. For gawk
# --characters-as-bytes.
#
# An event begins with 19 bytes: time (4), type (1), server (4), size (4), end (4), flags (2). A transaction begins with
# the event that names it: flags (1), UUID (16), number (8), kind (1), two logical times (8 each), the time of the
# commit (7). If the highest bit of that time is set, another time (7) follows: that of the commit on the server which
# executed it first.

BEGIN {
  for (i = 0; i < 256; i++) value_of[sprintf("%c", i)] = i
  HEADER = 19
  COMMITTED = HEADER + 1 + 16 + 8 + 1 + 8 + 8
  NAMED = 33
  # Names with a tag have another form; for these the event's own time, in seconds, is used.
  TAGGED = 42
  skip = 4
}

function number(at, bytes,   i, value) {
  for (i = bytes - 1; i >= 0; i--) value = value * 256 + value_of[substr(buffer, at + i, 1)]
  return value
}

function committed(at) {
  at += COMMITTED
  return value_of[substr(buffer, at + 6, 1)] >= 128 ? number(at + 7, 7) : number(at, 7)
}

# The file is binary: its lines are read only as chunks.
{
  buffer = buffer $0 RT
  left = length(buffer)
  at = 1
  while (left > 0) {
    if (skip > 0) {
      step = skip < left ? skip : left
      skip -= step
      at += step
      left -= step
      position += step
      continue
    }
    if (left < HEADER) break
    size = number(at + 9, 4)
    if (size < HEADER) exit broken = 1
    type = value_of[substr(buffer, at + 4, 1)]
    if (type == NAMED && left < size) break
    if (type == NAMED) printf "%d %d\n", committed(at), position
    if (type == TAGGED) printf "%d %d\n", number(at, 4) * 1000000, position
    skip = size
  }
  buffer = substr(buffer, at)
}

END { if (broken || skip > 0 || buffer != "") exit 1 }
