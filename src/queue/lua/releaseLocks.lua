-- Ends the locks that a worker which is gone holds in one queue, so that the queue's own check for
-- stalled jobs takes them up at once instead of when the locks run out. Whether it is gone is judged
-- here, in the same moment: it may have come back since it was looked at.
--
-- The keys of the locks are made here of the ids in the list: all lie in one slot, by their hash tag.
--
-- KEYS[1] seen (sorted set: worker id by epoch ms)   KEYS[2] the queue's active jobs (list)
-- KEYS[3] jobs that may be stalled (set)   KEYS[4] key that holds the queue's next check back
-- ARGV[1] worker id   ARGV[2] after how long without a heartbeat it counts as gone (ms)
-- ARGV[3] what the tokens of its locks begin with   ARGV[4] what the keys of jobs begin with
-- returns how many jobs it held
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local seenAt = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
if seenAt == nil or now - seenAt <= tonumber(ARGV[2]) then
  return 0
end
local held = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local lock = ARGV[4] .. id .. ':lock'
  local token = redis.call('GET', lock)
  if token and string.sub(token, 1, #ARGV[3]) == ARGV[3] then
    redis.call('DEL', lock)
    redis.call('SADD', KEYS[3], id)
    held = held + 1
  end
end
if held > 0 then
  redis.call('DEL', KEYS[4])
end
return held
