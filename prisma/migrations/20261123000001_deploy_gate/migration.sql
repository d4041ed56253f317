-- AlterTable
ALTER TABLE "Deploy" ADD COLUMN     "approver" TEXT,
ADD COLUMN     "breakGlass" TEXT;

-- AlterTable
ALTER TABLE "Topology" ADD COLUMN     "deployPolicy" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "Approval" (
    "planId" TEXT NOT NULL,
    "planHash" TEXT NOT NULL,
    "approver" TEXT NOT NULL,
    "approvedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("planId","approver")
);

-- AddForeignKey
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_planId_fkey" FOREIGN KEY ("planId") REFERENCES "Plan"("id") ON DELETE CASCADE ON UPDATE CASCADE;


