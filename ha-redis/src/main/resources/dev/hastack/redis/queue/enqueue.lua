-- key, payload, delay in milliseconds -> 1, or 0 if a job of this key is there already
local key, payload, delay = ARGV[1], ARGV[2], tonumber(ARGV[3])
local there = redis.call('HGET', index, key)
if there then
  -- A write, or a WAIT after it would not be about the write that this one repeats.
  redis.call('HSET', index, key, there)
  return 0
end
if delay > 0 then
  park(key, payload, '0', text(now()), delay)
else
  add(key, payload, '0', text(now()))
end
return 1
