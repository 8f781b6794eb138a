package io.penstock.broker.settings;

/** What keeps the contents of files. */
public enum FileStoreKind {
  /** A folder of the file system. */
  FOLDER,
  /** A bucket of S3, or of a server that has its API. */
  S3
}
