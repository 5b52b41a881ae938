-- Raises what a worker counts, if Redis still has what it had confirmed of it. If it has not, Redis has gone
-- back in time: then sending is paused in this same moment, and it is noted what happened.
--
-- The worker says what Redis has confirmed to it. It learned that before it asked, so an answer that comes late
-- can not be mistaken for an older state. Each worker has a count of its own: no other can raise it past what
-- was lost. A full Redis refuses the first write of a script if it could take memory, and none after one that
-- it has allowed, so that one comes first.
--
-- KEYS[1] progress (hash: worker id to its count)   KEYS[2] went back (hash)   KEYS[3] paused
-- KEYS[4] workers seen (sorted set: worker id by epoch ms)
-- ARGV[1] worker id   ARGV[2] the count that Redis has confirmed to it   ARGV[3] the pause, as JSON
-- ARGV[4] an id for what happened   ARGV[5] when it was confirmed, by this server's time (epoch ms)
-- ARGV[6] after how long without a word a worker's count may be forgotten (ms)   ARGV[7] how many counts are kept
-- returns the count as it is now, the time (epoch ms), and the id of what happened, or '' when nothing has
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local found = redis.call('HGET', KEYS[1], ARGV[1])
local count = tonumber(found or '0') or 0
local confirmed = tonumber(ARGV[2])
-- One that was cut off or frozen for long, and finds no count at all, was forgotten.
if not found and now - tonumber(ARGV[5]) >= tonumber(ARGV[6]) then
  confirmed = 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
if count < confirmed then
  -- The last heartbeat that this Redis knows of: what came after it may be lost.
  local last = redis.call('ZRANGE', KEYS[4], -1, -1, 'WITHSCORES')[2]
  local before = redis.call('HGET', KEYS[2], 'since')
  -- What happened before is not looked for yet: then the earlier time stays.
  local since = before or last or ''
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'id', ARGV[4], 'at', now, 'since', since)
  redis.call('SETNX', KEYS[3], ARGV[3])
  count = confirmed
end
redis.call('HSET', KEYS[1], ARGV[1], count + 1)
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[7]) then
  for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
    if id ~= ARGV[1] and not redis.call('ZSCORE', KEYS[4], id) then
      redis.call('HDEL', KEYS[1], id)
    end
  end
end
return { count + 1, now, redis.call('HGET', KEYS[2], 'id') or '' }
