-- Says which intents this server has, and writes: what this connection waits for next is its own last write,
-- which stands behind all of them. A server that has not got an intent (it has taken over from the one that
-- had) must not confirm it.
--
-- The write raises the count of the worker (src/worker/progressWatch.ts). A server that lacks what it had
-- confirmed of that count has gone back in time: it confirms nothing, and the count stays as it is.
--
-- KEYS[1] progress (hash: worker id to its count)   then the records
-- ARGV[1] worker id   ARGV[2] the count that Redis has confirmed to it   then the tag of each record, as its
-- intent was written
-- returns for each record 1 when it is still the one with the intent, else 0; then the count
local answers = {}
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') or 0
local isBehind = count < tonumber(ARGV[2])
for at = 2, #KEYS do
  local isThere = redis.call('GETRANGE', KEYS[at], 0, 7) == ARGV[at + 1]
  answers[at - 1] = isThere and not isBehind and 1 or 0
end
answers[#KEYS] = isBehind and count or redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
return answers
