-- Replaces a campaign's record, if it is still the one that was read, and with it all that has to
-- change in the same moment: halt, agenda, counts of the rows that were never released, rows that an
-- upload has brought, and how long it all is kept. The first 8 bytes of a record are a tag that
-- every write renews; a writer whose command was sent twice finds its own tag and has succeeded.
--
-- What can refuse comes before the first write: a script that breaks off is not rolled back. That the feed can
-- take the event, too: no change without its event, and no event without its change.
--
-- KEYS[1] record   KEYS[2] campaigns   KEYS[3] agenda   KEYS[4] counts   KEYS[5] halt   KEYS[6] live
-- KEYS[7] rows   KEYS[8] rejected   KEYS[9] cursor   KEYS[10] uploaded rows   KEYS[11] uploaded rejected
-- KEYS[12] postponed rows   KEYS[13] when they are looked at   KEYS[14] feed
-- ARGV[1] id   ARGV[2] tag that was read, or '' to create   ARGV[3] record (new tag + JSON)
-- ARGV[4] created at (epoch ms)   ARGV[5] when the feeder shall look (epoch ms) or ''
-- ARGV[6] halt: 'paused', 'cancelled' or ''
-- ARGV[7] what waiting rows become, or ''
-- ARGV[8] rows that the upload has brought, or ''   ARGV[9] and the fields of their hash
-- ARGV[10] '1' when it must be written only if nothing is left to do, else ''
-- ARGV[11] how long all of it is kept (ms), or '' while it is at work
-- ARGV[12] the event of the change, or '' when nothing is said   ARGV[13] how many events the feed may
-- hold, or '' where another process sees to that
-- returns 1 when written, 2 when something is left to do or the upload is not all there, else the record
-- that is there, or false when there is none
local current = redis.call('GET', KEYS[1])
if current then
  local tag = string.sub(current, 1, 8)
  if tag == string.sub(ARGV[3], 1, 8) then
    return 1
  end
  if tag ~= ARGV[2] then
    return current
  end
elseif ARGV[2] ~= '' then
  return false
end
if ARGV[10] == '1' then
  local waiting = tonumber(redis.call('HGET', KEYS[4], 'waiting') or '0')
  if waiting > 0 or redis.call('EXISTS', KEYS[6]) == 1 then
    return 2
  end
end
if ARGV[8] ~= '' and redis.call('HLEN', KEYS[10]) ~= tonumber(ARGV[9]) then
  return 2
end
if ARGV[12] ~= '' then
  local feed = redis.call('TYPE', KEYS[14]).ok
  if feed ~= 'none' and feed ~= 'stream' then
    return redis.error_reply('WRONGTYPE the feed of events is no stream: delete the key ' .. KEYS[14])
  end
end
-- From here on nothing is refused, so the halt below is surely written again. A full Redis refuses the
-- first write of a script if it could take memory, and none after one that it has allowed: a campaign
-- can be paused and cancelled even then.
if ARGV[6] ~= '' then
  redis.call('DEL', KEYS[5])
end
if ARGV[8] ~= '' then
  redis.call('RENAME', KEYS[10], KEYS[7])
  redis.call('PERSIST', KEYS[7])
  if redis.call('EXISTS', KEYS[11]) == 1 then
    redis.call('RENAME', KEYS[11], KEYS[8])
    redis.call('PERSIST', KEYS[8])
  else
    redis.call('UNLINK', KEYS[8])
  end
  -- Whatever an earlier campaign of the same name has left of live rows would never end.
  redis.call('DEL', KEYS[4], KEYS[6], KEYS[9], KEYS[12], KEYS[13])
  redis.call('HSET', KEYS[4], 'waiting', ARGV[8], 'since', ARGV[4])
end
if ARGV[7] ~= '' then
  local waiting = tonumber(redis.call('HGET', KEYS[4], 'waiting') or '0')
  if waiting > 0 then
    redis.call('HINCRBY', KEYS[4], ARGV[7], waiting)
    redis.call('HSET', KEYS[4], 'waiting', 0)
  end
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
if ARGV[5] == '' then
  redis.call('ZREM', KEYS[3], ARGV[1])
else
  redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
end
if ARGV[6] == '' then
  redis.call('DEL', KEYS[5])
else
  redis.call('SET', KEYS[5], ARGV[6])
end
if ARGV[12] ~= '' and ARGV[13] ~= '' then
  redis.call('XADD', KEYS[14], 'MAXLEN', '~', ARGV[13], '*', 'e', ARGV[12])
elseif ARGV[12] ~= '' then
  redis.call('XADD', KEYS[14], '*', 'e', ARGV[12])
end
redis.call('SET', KEYS[1], ARGV[3])
for _, key in ipairs({ KEYS[1], KEYS[4], KEYS[5], KEYS[7], KEYS[8], KEYS[9], KEYS[12], KEYS[13] }) do
  if ARGV[11] == '' then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIRE', key, ARGV[11])
  end
end
return 1
