-- consumer -> 1 if it is forgotten, 0 if jobs are in its hands, which would be forgotten with it
local consumer = ARGV[1]
if redis.call('XPENDING', jobs, GROUP, '-', '+', 1, consumer)[1] then
  return 0
end
redis.call('XGROUP', 'DELCONSUMER', jobs, GROUP, consumer)
return 1
