-- Notes that a worker lives, with its report; or that it has stopped. Times are this server's.
--
-- The first write is one that a full Redis allows: after it the script may also do the others, so that
-- a worker does not count as gone because Redis has no room.
--
-- KEYS[1] reports (hash: worker id to report)   KEYS[2] seen (sorted set: worker id by epoch ms)
-- ARGV[1] worker id   ARGV[2] report, or '' when it has stopped
-- ARGV[3] how long a worker that is gone is remembered (ms)
-- returns now (epoch ms)
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREM', KEYS[2], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[1], id)
end
redis.call('ZADD', KEYS[2], now, ARGV[1])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return now
