-- Makes a template known under its name, and notes from when on which version was the one that is accepted.
-- Times are this server's.
--
-- A version that was current before versions were noted has no time: it is noted with 0.
--
-- KEYS[1] templates (hash: name to entry)
-- KEYS[2] versions (hash: name to `since:hash since:hash …`, the newest first, since in epoch ms)
-- ARGV[1] name   ARGV[2] entry   ARGV[3] content hash
-- ARGV[4] `replace` what is there, or `keep` it   ARGV[5] how many versions are remembered
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and ARGV[4] == 'keep' then
  return
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local noted = redis.call('HGET', KEYS[2], ARGV[1]) or ''
if noted == '' and before then
  local old = string.match(before, '"hash":"([^"]+)"')
  noted = old and ('0:' .. old) or ''
end
if string.match(noted, '^%d+:([^ ]+)') ~= ARGV[3] then
  local time = redis.call('TIME')
  local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
  noted = now .. ':' .. ARGV[3] .. (noted == '' and '' or ' ' .. noted)
end
local kept = {}
for version in string.gmatch(noted, '[^ ]+') do
  if #kept < tonumber(ARGV[5]) then
    kept[#kept + 1] = version
  end
end
redis.call('HSET', KEYS[2], ARGV[1], table.concat(kept, ' '))
