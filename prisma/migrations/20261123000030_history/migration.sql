-- CreateTable
CREATE TABLE "HistorySlot" (
    "directorId" TEXT NOT NULL,
    "stepSeconds" INTEGER NOT NULL,
    "slot" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "state" TEXT NOT NULL,
    "series" JSONB NOT NULL,
    "leftOut" INTEGER NOT NULL,

    CONSTRAINT "HistorySlot_pkey" PRIMARY KEY ("directorId","stepSeconds","slot")
);

-- CreateIndex
CREATE INDEX "HistorySlot_directorId_stepSeconds_at_idx" ON "HistorySlot"("directorId", "stepSeconds", "at");

-- AddForeignKey
ALTER TABLE "HistorySlot" ADD CONSTRAINT "HistorySlot_directorId_fkey" FOREIGN KEY ("directorId") REFERENCES "Director"("id") ON DELETE CASCADE ON UPDATE CASCADE;
