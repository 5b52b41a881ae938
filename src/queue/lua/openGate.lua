-- Opens the gate and the limiters that it has closed; a running count of starts is left alone.
--
-- KEYS[1] gate   KEYS[2] counter of milliseconds it was ever closed for   KEYS[3..] limiter keys
-- returns for how many milliseconds it would have stayed closed; 0 when it was open
local left = math.max(0, redis.call('PTTL', KEYS[1]))
redis.call('DEL', KEYS[1])
redis.call('DECRBY', KEYS[2], left)
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) == '9007199254740991' then
    redis.call('DEL', KEYS[i])
  end
end
return left
