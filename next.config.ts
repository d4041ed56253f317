// Next.js: a standalone server for production; native and server-side packages stay outside the bundle.
import type { NextConfig } from 'next';

const config: NextConfig = {
  output: 'standalone',
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run types` judges the whole tree, tests included; a start of the console need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['ssh2', 'cpu-features', 'pg', 'pg-boss', 'pino', '@node-rs/argon2', '@prisma/client'],
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        {
          key: 'Content-Security-Policy',
          value: [
            "default-src 'self'",
            // Next inlines its start-up data as scripts; styles are inlined by the diagram library.
            `script-src 'self' 'unsafe-inline'${process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : ''}`,
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
          ].join('; '),
        },
      ],
    },
  ],
};
export default config;
