// Preloaded into a Node server that would listen on every interface: whatever it names, it gets LISTEN_ADDRESS.
'use strict'
const net = require('node:net')
const { listen } = net.Server.prototype

net.Server.prototype.listen = function (...args) {
  const [first, second] = args
  if (first !== null && typeof first === 'object' && first.port !== undefined) {
    args[0] = { ...first, host: process.env.LISTEN_ADDRESS }
  } else if (typeof first === 'number' || /^\d+$/.test(first)) {
    args.splice(1, typeof second === 'string' ? 1 : 0, process.env.LISTEN_ADDRESS)
  }
  return listen.apply(this, args)
}
