-- Lets an operation wait for a time, or leaves it as it is where it waits for longer already.
--
-- KEYS[1] pause of the operation   ARGV[1] milliseconds
-- returns for how many milliseconds it waits now
local wanted = tonumber(ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left >= wanted then
  return left
end
redis.call('SET', KEYS[1], '1', 'PX', wanted)
return wanted
