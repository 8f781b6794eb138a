package io.penstock.broker.blobs.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobStoreContract;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.StoreUnavailableException;
import io.penstock.broker.settings.S3Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Against S3Proxy, a server of S3's API over a folder. */
class S3StoreTest extends BlobStoreContract {

  private static S3Server server;
  private static int buckets;
  private S3Settings settings;
  private S3Store store;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    buckets++;
    String bucket = "files-" + buckets;
    server.create(bucket);
    settings = server.settings(bucket);
    store = S3Store.open(settings);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  protected BlobStore store() {
    return store;
  }

  @Test
  void aLargeBlobGoesUpInPartsAndComesBackInAnyRange() throws Exception {
    byte[] bytes = new byte[2 * S3Writer.PART_BYTES + 1000];
    new Random(7).nextBytes(bytes);
    BlobName name = BlobName.of("files", "large");
    try (BlobWriter writer = store.create(name)) {
      for (int at = 0; at < bytes.length; at += 100_000) {
        writer.write(bytes, at, Math.min(100_000, bytes.length - at));
      }
      assertThat(store.size(name)).isEmpty();
      writer.commit();
    }
    assertThat(store.size(name)).hasValue(bytes.length);
    try (InputStream in = store.read(name)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
    int from = S3Writer.PART_BYTES - 10;
    try (InputStream in = store.read(name, from, 20)) {
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, from, from + 20));
    }
  }

  @Test
  void unfinishedUploadsAreSweptOnceTheyAreOld() throws Exception {
    Instant now = Clock.systemUTC().instant();
    try (BlobWriter writer = store.create(BlobName.of("files", "dead"))) {
      writer.write(new byte[S3Writer.PART_BYTES + 1]);
      store.sweep(now.plus(Duration.ofDays(2)), Duration.ofDays(1));
      assertThatThrownBy(writer::commit).isInstanceOf(IOException.class);
    }
    assertThat(store.size(BlobName.of("files", "dead"))).isEmpty();
  }

  @Test
  void aReaderWhoseConnectionEndsGoesOnWithAnother() throws Exception {
    byte[] bytes = new byte[4 << 20];
    new Random(7).nextBytes(bytes);
    BlobName name = BlobName.of("files", "long");
    try (BlobWriter writer = store.create(name)) {
      writer.write(bytes);
      writer.commit();
    }
    try (InputStream in = store.read(name)) {
      byte[] begin = in.readNBytes(1000);
      server.restart();
      byte[] rest = in.readAllBytes();
      assertThat(begin).isEqualTo(Arrays.copyOf(bytes, 1000));
      assertThat(rest).isEqualTo(Arrays.copyOfRange(bytes, 1000, bytes.length));
    }
  }

  @Test
  void aWriteSucceedsAlthoughAllConnectionsThatAreKeptHaveEnded() throws Exception {
    BlobName name = BlobName.of("files", "kept");
    try (BlobWriter writer = store.create(name)) {
      writer.write(new byte[1 << 20]);
      writer.commit();
    }
    List<InputStream> readers = new ArrayList<>();
    for (int reader = 0; reader < 8; reader++) {
      readers.add(store.read(name));
    }
    for (InputStream reader : readers) {
      assertThat(reader.readAllBytes()).hasSize(1 << 20);
      reader.close();
    }

    server.restart();

    BlobName next = BlobName.of("files", "next");
    try (BlobWriter writer = store.create(next)) {
      writer.write(new byte[1000]);
      writer.commit();
    }
    assertThat(store.size(next)).hasValue(1000);
  }

  @Test
  void twoStoresOfOneBucketAreToldApartByTheirPrefix() throws Exception {
    S3Settings other =
        new S3Settings(
            settings.bucket(),
            settings.region(),
            settings.endpoint(),
            settings.pathStyle(),
            "other",
            settings.accessKeyId(),
            settings.secretAccessKey());
    try (BlobWriter writer = store.create(BlobName.of("files", "a"))) {
      writer.commit();
    }
    try (S3Store second = S3Store.open(other)) {
      assertThat(second.list(BlobName.of("files"))).isEmpty();
      assertThat(store.list(BlobName.of("files"))).hasSize(1);
    }
  }

  @Test
  void whatIsWrongWithTheSettingsIsSaidAtTheStart() {
    assertThatThrownBy(() -> S3Store.open(server.settings("no-such-bucket")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-bucket")
        .hasMessageContaining("http.files.s3.bucket");
    assertThatThrownBy(() -> S3Store.open(with(server.endpoint(), "wrong")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http.files.s3.accessKeyId");
    assertThatThrownBy(() -> S3Store.open(with("http://127.0.0.1:9", S3Server.SECRET)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http.files.s3.endpoint");
  }

  private S3Settings with(String endpoint, String secret) {
    return new S3Settings(
        settings.bucket(),
        settings.region(),
        Optional.of(endpoint),
        true,
        settings.prefix(),
        settings.accessKeyId(),
        Optional.of(secret));
  }

  @Test
  void whatPassesByItselfIsToldFromWhatDoesNot() {
    SdkException unreachable =
        SdkClientException.create("no connection", new ConnectException("refused"));
    for (SdkException each :
        List.of(
            unreachable,
            ApiCallTimeoutException.builder().message("late").build(),
            answered(503, "SlowDown"),
            answered(500, "InternalError"),
            answered(502, "BadGateway"),
            answered(429, "TooManyRequests"))) {
      assertThat(S3Store.failed("reading", each))
          .as("%s", each)
          .isInstanceOf(StoreUnavailableException.class);
    }
    for (SdkException each :
        List.of(
            answered(403, "AccessDenied"),
            answered(404, "NoSuchBucket"),
            answered(412, "PreconditionFailed"),
            SdkClientException.create("no credentials"))) {
      assertThat(S3Store.failed("reading", each))
          .as("%s", each)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(StoreUnavailableException.class);
    }
  }

  private static AwsServiceException answered(int status, String code) {
    return S3Exception.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
        .build();
  }
}
