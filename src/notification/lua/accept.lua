-- Accepts a notification, unless its id is already known. Record, request and the sweeper's note
-- appear together or not at all: from here on it cannot be forgotten.
--
-- KEYS[1] record   KEYS[2] request   KEYS[3] due
-- ARGV[1] id   ARGV[2] record (tag + packed)   ARGV[3] request   ARGV[4] next check (epoch ms)
-- returns false when accepted, or the record that is already there
local known = redis.call('GET', KEYS[1])
if known then
  return known
end
-- The note first: a script that breaks off is not rolled back, and a note without a record is
-- harmless, while a record without a note is forgotten.
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return false
