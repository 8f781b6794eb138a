package io.penstock.workers.lease;

import io.penstock.schemas.Lease;
import org.jspecify.annotations.Nullable;

/** Receives the pieces of streamed answers as they come. */
public interface ChunkStreams {

  /** Begins the stream of an attempt. Returns at once. */
  Stream open(Lease lease, @Nullable String traceparent);

  /** The pieces of one attempt's answer. No method waits or fails. */
  interface Stream {

    /** Takes nothing. */
    Stream UNWANTED =
        new Stream() {
          @Override
          public void chunk(byte[] data) {}

          @Override
          public void close() {}
        };

    /** Takes the next piece; ignored after the end. */
    void chunk(byte[] data);

    /** The engine has let go of the request. */
    void close();
  }
}
