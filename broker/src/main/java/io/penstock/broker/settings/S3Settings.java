package io.penstock.broker.settings;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where contents of files lie in S3.
 *
 * @param bucket its name; needed where {@code store} is s3
 * @param region of the bucket, such as {@code eu-central-1}
 * @param endpoint another server with S3's API, such as {@code http://10.0.0.9:9000}; empty: AWS
 * @param pathStyle whether the bucket stands in the path instead of the host's name, as most other
 *     servers want it
 * @param prefix what the keys of all objects begin with
 * @param accessKeyId of the account; empty: from the environment, a profile or the machine's role,
 *     as AWS's tools look for it
 * @param secretAccessKey of the account
 */
public record S3Settings(
    Optional<String> bucket,
    String region,
    Optional<String> endpoint,
    boolean pathStyle,
    String prefix,
    Optional<String> accessKeyId,
    Optional<String> secretAccessKey) {

  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{2,40}");
  private static final Pattern PREFIX = Pattern.compile("(?!/)[A-Za-z0-9._/-]{0,200}");

  public static final S3Settings DEFAULT =
      new S3Settings(
          Optional.empty(),
          "us-east-1",
          Optional.empty(),
          false,
          "penstock/",
          Optional.empty(),
          Optional.empty());

  public S3Settings {
    bucket.ifPresent(name -> require("bucket", name, BUCKET, "the name of a bucket"));
    require("region", region, REGION, "a region such as eu-central-1");
    require("prefix", prefix, PREFIX, "letters, digits, dots, hyphens and slashes");
    endpoint.ifPresent(S3Settings::requireAddress);
    if (accessKeyId.isPresent() && secretAccessKey.isEmpty()) {
      throw new IllegalArgumentException(
          "accessKeyId is set and secretAccessKey is missing; set both, or neither");
    }
  }

  private static void require(String name, String value, Pattern form, String what) {
    if (!form.matcher(value).matches()) {
      throw new IllegalArgumentException("%s is '%s'; give %s".formatted(name, value, what));
    }
  }

  private static void requireAddress(String endpoint) {
    try {
      URI uri = URI.create(endpoint);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getUserInfo() == null) {
        return;
      }
    } catch (IllegalArgumentException refusedBelow) {
      // The message is the same.
    }
    throw new IllegalArgumentException(
        "endpoint is '%s'; give an address such as http://10.0.0.9:9000".formatted(endpoint));
  }

  /** Does not show the keys. */
  @Override
  public String toString() {
    return "S3Settings[bucket=%s, region=%s, endpoint=%s, pathStyle=%s, prefix=%s, keys=%s]"
        .formatted(
            bucket.orElse("(none)"),
            region,
            endpoint.orElse("(AWS)"),
            pathStyle,
            prefix,
            secretAccessKey.isPresent() ? "(hidden)" : "(none)");
  }
}
