-- Closes the gate and both queues' limiters for a time, or leaves them as they are where they are
-- closed for longer already.
--
-- The limiter keys are BullMQ's own (6.7): a worker that has a limiter starts nothing while the key
-- holds a number of at least its maximum. A running count of starts is replaced, as `rateLimit` does.
--
-- KEYS[1] gate   KEYS[2] counter of milliseconds it was ever closed for   KEYS[3..] limiter keys
-- ARGV[1] milliseconds   ARGV[2] why, as JSON   ARGV[3] now (epoch ms)
-- returns for how many milliseconds the gate is closed now
local wanted = tonumber(ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < wanted then
  local why = cjson.decode(ARGV[2])
  local standing = redis.call('GET', KEYS[1])
  -- What cannot be read must not keep the gate from closing.
  local readable, before = pcall(cjson.decode, standing or '')
  local since = readable and type(before) == 'table' and tonumber(before.since)
  why.since = since or tonumber(ARGV[3])
  why['until'] = tonumber(ARGV[3]) + wanted
  redis.call('SET', KEYS[1], cjson.encode(why), 'PX', wanted)
  redis.call('INCRBY', KEYS[2], wanted - math.max(0, left))
  left = wanted
end
local closed = 9007199254740991
for i = 3, #KEYS do
  local count = tonumber(redis.call('GET', KEYS[i]) or '0')
  if count < closed or redis.call('PTTL', KEYS[i]) < left then
    redis.call('SET', KEYS[i], '9007199254740991', 'PX', left)
  end
end
return left
