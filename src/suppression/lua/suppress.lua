-- Writes entries of the suppression list, each only if it is still what was read, with all that is
-- counted and scheduled by it. A writer whose connection broke sends its command again, and finds its
-- entry as it shall be: nothing is counted twice.
--
-- KEYS[1] counts by source   KEYS[2] ends
-- then of each entry its bucket
-- ARGV of each entry, 7: its field in the bucket, its digest, what was read or '', what shall be there
-- or '', when it ends (epoch s) or '', the source of what was read or '', the source of what shall be
-- there or ''
-- returns of each entry 1 when it is written, 2 when it was so already, else what is there, or false when
-- nothing is
local answers = {}
for entry = 1, #KEYS - 2 do
  local bucket = KEYS[entry + 2]
  local at = (entry - 1) * 7
  local field, digest, seen, next = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local ends, sourceSeen, sourceNext = ARGV[at + 5], ARGV[at + 6], ARGV[at + 7]
  local current = redis.call('HGET', bucket, field)
  if (current or '') ~= next and (current or '') ~= seen then
    answers[entry] = current
  else
    if (current or '') ~= next then
      if next == '' then
        redis.call('HDEL', bucket, field)
      else
        redis.call('HSET', bucket, field, next)
      end
      if sourceSeen ~= sourceNext then
        if sourceSeen ~= '' then
          redis.call('HINCRBY', KEYS[1], sourceSeen, -1)
        end
        if sourceNext ~= '' then
          redis.call('HINCRBY', KEYS[1], sourceNext, 1)
        end
      end
    end
    if ends == '' then
      redis.call('ZREM', KEYS[2], digest)
    else
      redis.call('ZADD', KEYS[2], ends, digest)
    end
    answers[entry] = (current or '') == next and 2 or 1
  end
end
return answers
