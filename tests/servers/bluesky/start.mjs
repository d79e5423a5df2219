// Starts a directory of identities in memory and a PDS that uses it. Folders and ports come from the environment.
import crypto from 'node:crypto'
import { createRequire } from 'node:module'

const { BSKY_APP, BSKY_DATA, BSKY_PORT, BSKY_PLC_PORT } = process.env
const load = createRequire(BSKY_APP + '/package.json')
const { Database, PlcServer } = load('@did-plc/server')
const { PDS } = load('@atproto/pds')
const secret = bytes => crypto.randomBytes(bytes).toString('hex')

const directory = PlcServer.create({ db: Database.mock(), port: Number(BSKY_PLC_PORT) })
await directory.start()
const server = await PDS.fromEnv({
  devMode: true,
  port: Number(BSKY_PORT),
  hostname: 'localhost',
  serviceName: 'Test PDS',
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: false,
  disableSsrfProtection: true,
  dataDirectory: BSKY_DATA,
  blobstoreDiskLocation: BSKY_DATA + '/blobs',
  blobUploadLimit: 5 * 1024 * 1024,
  adminPassword: secret(8),
  jwtSecret: secret(16),
  plcRotationKeyK256PrivateKeyHex: secret(32),
  didPlcUrl: `http://localhost:${BSKY_PLC_PORT}`,
  // Required, never reached.
  bskyAppViewUrl: 'https://appview.invalid',
  bskyAppViewDid: 'did:example:invalid',
  modServiceUrl: 'https://moderator.invalid',
  modServiceDid: 'did:example:invalid',
})
await server.start()

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    await Promise.allSettled([server.destroy(), directory.destroy()])
    process.exit(0)
  })
}
