package io.penstock.broker.blobs;

import java.io.IOException;

/** There is no blob of this name: it was never committed, or it was deleted. */
public final class NoSuchBlobException extends IOException {

  private static final long serialVersionUID = 1;

  public NoSuchBlobException(BlobName name) {
    super("there is no blob %s".formatted(name));
  }
}
