-- AlterTable
ALTER TABLE "TopologyRevision" ADD COLUMN     "verb" JSONB;

-- CreateTable
CREATE TABLE "Failover" (
    "id" TEXT NOT NULL,
    "topologyId" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "warnings" JSONB NOT NULL DEFAULT '[]',
    "openFor" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),
    "message" TEXT NOT NULL DEFAULT '',
    "gap" JSONB,

    CONSTRAINT "Failover_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Failover_openFor_key" ON "Failover"("openFor");

-- CreateIndex
CREATE INDEX "Failover_topologyId_startedAt_idx" ON "Failover"("topologyId", "startedAt");

-- AddForeignKey
ALTER TABLE "Failover" ADD CONSTRAINT "Failover_topologyId_fkey" FOREIGN KEY ("topologyId") REFERENCES "Topology"("id") ON DELETE CASCADE ON UPDATE CASCADE;
