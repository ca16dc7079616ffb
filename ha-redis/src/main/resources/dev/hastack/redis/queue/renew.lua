-- consumer, entries -> those that are not in its hands any more
local consumer = ARGV[1]
local lost = {}
for i = 2, #ARGV do
  if redis.call('XPENDING', jobs, GROUP, ARGV[i], ARGV[i], 1, consumer)[1] then
    redis.call('XCLAIM', jobs, GROUP, consumer, 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
