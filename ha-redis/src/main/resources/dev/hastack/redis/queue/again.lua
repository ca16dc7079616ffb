-- key, entry, consumer, attempts so far, delay in milliseconds -> 1, or 0 if it is not in this consumer's hands
local key, entry, consumer, attempts, delay = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local payload, at = held(key, entry, consumer)
if not payload then
  return 0
end
remove(entry)
if delay > 0 then
  park(key, payload, attempts, at, delay)
else
  add(key, payload, attempts, at)
end
return 1
