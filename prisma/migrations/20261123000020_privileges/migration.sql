-- AlterTable
ALTER TABLE "Director" ADD COLUMN     "access" TEXT,
ADD COLUMN     "hasReadKey" BOOLEAN;
