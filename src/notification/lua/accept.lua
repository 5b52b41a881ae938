-- Accepts a notification, unless its id is already known. Record, request and the sweeper's note
-- appear together or not at all: from here on it cannot be forgotten. A row of a campaign leaves the
-- waiting ones in the same moment, and is not accepted when the campaign is halted or none wait: a
-- feeder that was frozen may come back when everything is over.
--
-- KEYS[1] record   KEYS[2] request   KEYS[3] due
-- of a row also: KEYS[4] counts   KEYS[5] live   KEYS[6] halt
-- ARGV[1] id   ARGV[2] record (tag + packed)   ARGV[3] request   ARGV[4] next check (epoch ms)
-- ARGV[5] row number, or ''
-- returns false when accepted, the record that is already there, or 0 when the row must not be released
local known = redis.call('GET', KEYS[1])
if known then
  return known
end
local isRow = ARGV[5] ~= ''
if isRow then
  local waiting = tonumber(redis.call('HGET', KEYS[4], 'waiting') or '0')
  if waiting < 1 or redis.call('EXISTS', KEYS[6]) == 1 then
    return 0
  end
end
-- The note first: a script that breaks off is not rolled back, and a note without a record is
-- harmless, while a record without a note is forgotten.
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
if isRow then
  redis.call('HINCRBY', KEYS[4], 'waiting', -1)
  redis.call('HINCRBY', KEYS[4], 'accepted', 1)
  redis.call('SADD', KEYS[5], ARGV[5])
end
return false
