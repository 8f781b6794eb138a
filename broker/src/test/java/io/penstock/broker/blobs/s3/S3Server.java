package io.penstock.broker.blobs.s3;

import io.penstock.broker.settings.S3Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** S3Proxy over a folder, on a free port of loopback. */
public final class S3Server implements AutoCloseable {

  static final String SECRET = "secret-of-the-test";
  private static final String ID = "id-of-the-test";

  private final Path folder;
  private S3Proxy proxy;
  private int port;

  public S3Server(Path folder) throws Exception {
    this.folder = folder;
    this.proxy = started(0);
    this.port = proxy.getPort();
  }

  private S3Proxy started(int onPort) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    S3Proxy started =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(URI.create("http://127.0.0.1:" + onPort))
            .awsAuthentication(AuthenticationType.AWS_V4, ID, SECRET)
            .build();
    started.start();
    while (!started.getState().equals("STARTED")) {
      Thread.onSpinWait();
    }
    return started;
  }

  /** Makes a bucket. */
  public void create(String bucket) throws IOException {
    Files.createDirectories(folder.resolve(bucket));
  }

  /** Ends all connections. */
  void restart() throws Exception {
    proxy.stop();
    proxy = started(port);
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** How a store reaches a bucket. */
  public S3Settings settings(String bucket) {
    return new S3Settings(
        Optional.of(bucket),
        "us-east-1",
        Optional.of(endpoint()),
        true,
        "penstock/",
        Optional.of(ID),
        Optional.of(SECRET));
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }
}
