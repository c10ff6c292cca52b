/** The doorbell of the directory's outbox: like a partition's, without data. The rows are the truth. */
export const DIRECTORY_BELL = "directory";
