package io.penstock.broker.blobs.s3;

import io.penstock.broker.blobs.BlobWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Uploads one object: at once if it is small, in parts as it comes if it is not. Keeps one part in
 * memory.
 */
final class S3Writer extends BlobWriter {

  private static final Logger LOG = LoggerFactory.getLogger(S3Writer.class);

  /** S3 takes 10,000 parts of 5 MB or more. */
  static final int PART_BYTES = 8 * 1024 * 1024;

  private static final int FIRST_BYTES = 64 * 1024;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final List<CompletedPart> parts = new ArrayList<>();
  private byte[] buffer = new byte[FIRST_BYTES];
  private int filled;
  private long bytes;
  private @Nullable String upload;
  private boolean open = true;

  S3Writer(S3Client client, String bucket, String key) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
  }

  @Override
  public void write(byte[] more, int from, int length) throws IOException {
    if (!open) {
      throw new IOException("the blob is committed or discarded");
    }
    int at = from;
    int left = length;
    while (left > 0) {
      if (filled == PART_BYTES) {
        uploadPart();
      }
      int some = Math.min(left, PART_BYTES - filled);
      reserve(filled + some);
      System.arraycopy(more, at, buffer, filled, some);
      filled += some;
      at += some;
      left -= some;
    }
    bytes += length;
  }

  private void reserve(int needed) {
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(PART_BYTES, Math.max(needed, 2 * buffer.length)));
    }
  }

  private void uploadPart() throws IOException {
    try {
      String id = upload;
      if (id == null) {
        id = client.createMultipartUpload(begin -> begin.bucket(bucket).key(key)).uploadId();
        upload = id;
      }
      String ofUpload = id;
      int number = parts.size() + 1;
      String tag =
          client
              .uploadPart(
                  part -> part.bucket(bucket).key(key).uploadId(ofUpload).partNumber(number),
                  body())
              .eTag();
      parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      filled = 0;
    } catch (SdkException failed) {
      throw S3Store.failed("writing " + key, failed);
    }
  }

  private RequestBody body() {
    return RequestBody.fromBytes(Arrays.copyOf(buffer, filled));
  }

  @Override
  public void commit() throws IOException {
    if (!open) {
      throw new IOException("the blob is committed or discarded");
    }
    if (upload == null) {
      try {
        client.putObject(put -> put.bucket(bucket).key(key), body());
      } catch (SdkException failed) {
        throw S3Store.failed("writing " + key, failed);
      }
    } else {
      if (filled > 0) {
        uploadPart();
      }
      complete(upload);
    }
    open = false;
  }

  private void complete(String id) throws IOException {
    try {
      client.completeMultipartUpload(
          complete ->
              complete
                  .bucket(bucket)
                  .key(key)
                  .uploadId(id)
                  .multipartUpload(all -> all.parts(parts)));
    } catch (SdkException failed) {
      if (!isCompleted(failed)) {
        throw S3Store.failed("completing " + key, failed);
      }
    }
  }

  /** S3 knows the upload no more if an answer was lost and the call was tried again. */
  private boolean isCompleted(SdkException failure) {
    if (!(failure instanceof S3Exception answered) || answered.statusCode() != 404) {
      return false;
    }
    try {
      return client.headObject(head -> head.bucket(bucket).key(key)).contentLength() == bytes;
    } catch (SdkException absent) {
      return false;
    }
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    String id = upload;
    if (id != null) {
      try {
        client.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(id));
      } catch (SdkException leftToTheSweep) {
        LOG.debug("The upload of {} was not aborted", key, leftToTheSweep);
      }
    }
  }
}
