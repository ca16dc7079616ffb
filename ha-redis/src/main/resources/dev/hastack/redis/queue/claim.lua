-- consumer, idle milliseconds, at most how many, idle milliseconds after which consumers without jobs are forgotten
-- -> of each: entry, former consumer, deliveries, fields
local consumer, idle, most, forget = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local claimed = {}
for _, one in ipairs(redis.call('XPENDING', jobs, GROUP, 'IDLE', idle, '-', '+', most)) do
  local entry, former, deliveries = one[1], one[2], one[4]
  local got = redis.call('XCLAIM', jobs, GROUP, consumer, idle, entry)
  if got[1] then
    claimed[#claimed + 1] = {entry, former, deliveries + 1, got[1][2]}
  else
    redis.call('XACK', jobs, GROUP, entry)
  end
end
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', jobs, GROUP)) do
  local name, pending, quiet = one[2], one[4], one[6]
  if pending == 0 and quiet > forget then
    redis.call('XGROUP', 'DELCONSUMER', jobs, GROUP, name)
  end
end
return claimed
