-- Notes what an event says of messages: each that is known is to be looked at now. Of one that is not,
-- the send may not be recorded yet: the mark is for the script that records it
-- (src/notification/lua/change.lua).
--
-- KEYS[1] undelivered, then of each message: its entry, its mark
-- ARGV[1] now (epoch ms)   ARGV[2] how long a mark stays (ms)
-- returns how many are known
local known = 0
for at = 2, #KEYS, 2 do
  local id = redis.call('GET', KEYS[at])
  if id then
    known = known + 1
    redis.call('ZADD', KEYS[1], ARGV[1], id)
  else
    redis.call('SET', KEYS[at + 1], '1', 'PX', ARGV[2])
  end
end
return known
