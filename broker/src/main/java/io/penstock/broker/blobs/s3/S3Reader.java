package io.penstock.broker.blobs.s3;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.NoSuchBlobException;
import io.penstock.broker.blobs.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads a range of an object. A batch may read its input for hours, and servers end connections
 * that are silent: then it goes on with another one, of the same contents or not at all.
 */
final class S3Reader extends InputStream {

  private static final int MOST_TRIES = 3;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final long to;
  private final String tag;
  private long at;
  private ResponseInputStream<GetObjectResponse> in;

  private S3Reader(
      S3Client client,
      String bucket,
      String key,
      long from,
      long to,
      ResponseInputStream<GetObjectResponse> in) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    this.at = from;
    this.to = to;
    this.in = in;
    this.tag = in.response().eTag();
  }

  /**
   * Opens an object.
   *
   * @param from the first byte
   * @param to the first byte that is not read, beyond {@code from} and no further than the end
   */
  static S3Reader open(
      S3Client client, String bucket, String key, BlobName name, long from, long to)
      throws IOException {
    try {
      return new S3Reader(
          client,
          bucket,
          key,
          from,
          to,
          client.getObject(get -> get.bucket(bucket).key(key).range(range(from, to))));
    } catch (S3Exception answered) {
      if (answered.statusCode() == 404) {
        NoSuchBlobException missing = new NoSuchBlobException(name);
        missing.initCause(answered);
        throw missing;
      }
      throw S3Store.failed("reading " + key, answered);
    } catch (SdkException failed) {
      throw S3Store.failed("reading " + key, failed);
    }
  }

  private static String range(long from, long to) {
    return "bytes=%d-%d".formatted(from, to - 1);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at >= to) {
      return -1;
    }
    for (int tries = 1; ; tries++) {
      try {
        int read = in.read(into, from, (int) Math.min(length, to - at));
        if (read > 0) {
          at += read;
          return read;
        }
        throw new IOException("%s ended early".formatted(key));
      } catch (IOException cutOff) {
        if (tries == MOST_TRIES) {
          throw new StoreUnavailableException(
              "S3 broke off while reading %s: %s".formatted(key, cutOff.getMessage()), cutOff);
        }
        reopen();
      }
    }
  }

  private void reopen() throws IOException {
    in.abort();
    try {
      in = client.getObject(get -> get.bucket(bucket).key(key).range(range(at, to)).ifMatch(tag));
    } catch (SdkException failed) {
      throw S3Store.failed("reading on in " + key, failed);
    }
  }

  /** What was not read is not fetched. */
  @Override
  public void close() throws IOException {
    if (at < to) {
      in.abort();
    } else {
      in.close();
    }
  }
}
