-- Accepts notifications, each unless its id is already known. Record, request and the sweeper's note
-- of one appear together or not at all: from here on it cannot be forgotten. Many are taken at once,
-- since for so little work the call itself is what costs.
--
-- KEYS[1] due, then of each notification: record, request
-- ARGV of each notification: id, record (tag + packed), request, next check (epoch ms)
-- returns of each: false when accepted, or the record that is already there
local answers = {}
for at = 1, #ARGV / 4 do
  local record, request = KEYS[2 * at], KEYS[2 * at + 1]
  local id, packed, asked, check = unpack(ARGV, 4 * at - 3, 4 * at)
  local known = redis.call('GET', record)
  if not known then
    -- The note first: a script that breaks off is not rolled back, and a note without a record is
    -- harmless, while a record without a note is forgotten.
    redis.call('ZADD', KEYS[1], check, id)
    redis.call('SET', record, packed)
    redis.call('SET', request, asked)
  end
  answers[at] = known
end
return answers
