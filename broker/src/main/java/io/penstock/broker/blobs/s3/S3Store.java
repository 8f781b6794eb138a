package io.penstock.broker.blobs.s3;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.NoSuchBlobException;
import io.penstock.broker.blobs.StoreUnavailableException;
import io.penstock.broker.settings.S3Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Keeps each blob as an object of a bucket. Larger ones are uploaded in parts; S3 shows an object
 * once its upload is completed.
 */
public final class S3Store implements BlobStore, AutoCloseable {

  /**
   * The JDK keeps five connections that nobody uses. After a restart of the server each of them
   * fails once; the next attempt is on a new one.
   */
  private static final int MOST_ATTEMPTS = 7;

  private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final int MOVED = 301;
  private static final int INTERNAL_ERROR = 500;

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  private S3Store(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
  }

  /**
   * Connects, and tries whether the bucket can be written.
   *
   * @throws IOException saying which setting to look at
   */
  public static S3Store open(S3Settings settings) throws IOException {
    if (settings.secretAccessKey().isPresent() && settings.accessKeyId().isEmpty()) {
      throw new IllegalArgumentException(
          "s3.secretAccessKey is set and s3.accessKeyId is missing; set both, or neither");
    }
    String bucket =
        settings.bucket().orElseThrow(() -> new IllegalArgumentException("s3.bucket is missing"));
    S3Store store = new S3Store(client(settings), bucket, settings.prefix());
    try {
      store.probe();
      return store;
    } catch (SdkException refused) {
      store.close();
      throw new IOException(why(refused, settings, bucket), refused);
    }
  }

  private static S3Client client(S3Settings settings) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .credentialsProvider(credentials(settings))
            .forcePathStyle(settings.pathStyle())
            // Other servers know no newer checksums than S3 requires.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .overrideConfiguration(
                calls -> calls.retryStrategy(retries -> retries.maxAttempts(MOST_ATTEMPTS)));
    settings.endpoint().map(URI::create).ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(S3Settings settings) {
    return settings.accessKeyId().isPresent()
        ? StaticCredentialsProvider.create(
            AwsBasicCredentials.create(
                settings.accessKeyId().get(), settings.secretAccessKey().orElseThrow()))
        : DefaultCredentialsProvider.builder().build();
  }

  private void probe() {
    client.headBucket(request -> request.bucket(bucket));
    String key = prefix + ".probe-" + UUID.randomUUID();
    client.putObject(request -> request.bucket(bucket).key(key), RequestBody.empty());
    client.deleteObject(request -> request.bucket(bucket).key(key));
  }

  private static String why(SdkException refused, S3Settings settings, String bucket) {
    String at = settings.endpoint().orElse("AWS, region " + settings.region());
    if (refused instanceof S3Exception answered) {
      return switch (answered.statusCode()) {
        case NOT_FOUND ->
            "there is no bucket %s at %s; create it, or correct http.files.s3.bucket"
                .formatted(bucket, at);
        case FORBIDDEN ->
            "the bucket %s at %s does not let these credentials read and write; check http.files.s3.accessKeyId, secretAccessKey and the bucket's policy"
                .formatted(bucket, at);
        case MOVED ->
            "the bucket %s lies in another region than %s; correct http.files.s3.region"
                .formatted(bucket, settings.region());
        default -> "S3 at %s answered: %s".formatted(at, answered.getMessage());
      };
    }
    return "S3 at %s cannot be used: %s; check http.files.s3.endpoint and the credentials"
        .formatted(at, refused.getMessage());
  }

  @Override
  public BlobWriter create(BlobName name) {
    return new S3Writer(client, bucket, key(name));
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    if (from < 0 || length < 0) {
      throw new IllegalArgumentException(
          "from is %d and length %d; neither may be negative".formatted(from, length));
    }
    long size = size(name).orElseThrow(() -> new NoSuchBlobException(name));
    long to = length > size - from ? size : from + length;
    return from >= to
        ? InputStream.nullInputStream()
        : S3Reader.open(client, bucket, key(name), name, from, to);
  }

  @Override
  public OptionalLong size(BlobName name) throws IOException {
    try {
      return OptionalLong.of(
          client.headObject(request -> request.bucket(bucket).key(key(name))).contentLength());
    } catch (S3Exception answered) {
      if (answered.statusCode() == NOT_FOUND) {
        return OptionalLong.empty();
      }
      throw failed("looking for " + name, answered);
    } catch (SdkException failed) {
      throw failed("looking for " + name, failed);
    }
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    boolean there = size(name).isPresent();
    if (there) {
      asking(
          "deleting " + name,
          () -> client.deleteObject(request -> request.bucket(bucket).key(key(name))));
    }
    return there;
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder().bucket(bucket).prefix(key(under) + "/").build();
    List<BlobName> found = new ArrayList<>();
    asking(
        "listing " + under,
        () -> {
          for (S3Object each : client.listObjectsV2Paginator(request).contents()) {
            if (each.lastModified().isBefore(before)) {
              BlobName.parse(each.key().substring(prefix.length())).ifPresent(found::add);
            }
          }
          return found;
        });
    found.sort(null);
    return found;
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    ListMultipartUploadsRequest request =
        ListMultipartUploadsRequest.builder().bucket(bucket).prefix(prefix).build();
    asking(
        "looking for unfinished uploads",
        () -> {
          for (MultipartUpload each : client.listMultipartUploadsPaginator(request).uploads()) {
            if (each.initiated().isBefore(now.minus(age))) {
              abort(each);
            }
          }
          return request;
        });
  }

  /** Another instance may have done it at the same time. */
  private void abort(MultipartUpload upload) {
    try {
      client.abortMultipartUpload(
          abort -> abort.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
    } catch (NoSuchUploadException gone) {
      LOG.debug("The unfinished upload of {} is gone already", upload.key(), gone);
    }
  }

  private String key(BlobName name) {
    return prefix + name.value();
  }

  private static <T> T asking(String what, Supplier<T> call) throws IOException {
    try {
      return call.get();
    } catch (SdkException failed) {
      throw failed(what, failed);
    }
  }

  static IOException failed(String what, SdkException failure) {
    String message = "S3 failed while %s: %s".formatted(what, failure.getMessage());
    return isPassing(failure)
        ? new StoreUnavailableException(message, failure)
        : new IOException(message, failure);
  }

  /** Whether S3 could not be reached, was too busy, or has failed itself. */
  private static boolean isPassing(SdkException failure) {
    if (failure instanceof AwsServiceException answered) {
      return answered.isThrottlingException() || answered.statusCode() >= INTERNAL_ERROR;
    }
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof IOException
          || each instanceof ApiCallTimeoutException
          || each instanceof ApiCallAttemptTimeoutException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    client.close();
  }
}
