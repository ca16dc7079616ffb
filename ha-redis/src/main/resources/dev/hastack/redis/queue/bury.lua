-- key, entry, consumer, attempts, reason, how many dead letters are kept -> 1, or 0 if it is not in this consumer's hands
local key, entry, consumer, attempts, reason, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local payload, at = held(key, entry, consumer)
if not payload then
  return 0
end
redis.call('XADD', dead, 'MAXLEN', limit, '*',
  'key', key, 'payload', payload, 'attempts', attempts, 'at', at, 'reason', reason, 'entry', entry)
remove(entry)
redis.call('HDEL', index, key)
return 1
