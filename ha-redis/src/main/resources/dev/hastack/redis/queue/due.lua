-- at most how many -> how many have become due, and in how many milliseconds the next will, or -1
local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', text(now()), 'LIMIT', 0, ARGV[1])
for _, key in ipairs(due) do
  local parked = redis.call('HGET', index, key)
  local attempts, at, payload = string.match(parked or '', '^(%d+) (%d+) (.*)$')
  if attempts then
    add(key, payload, attempts, at)
  end
  redis.call('ZREM', delayed, key)
end
local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
return {#due, first[2] and math.max(0, first[2] - now()) or -1}
