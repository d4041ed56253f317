-- AlterTable
ALTER TABLE "Deploy" ADD COLUMN     "before" JSONB NOT NULL DEFAULT '{}';
