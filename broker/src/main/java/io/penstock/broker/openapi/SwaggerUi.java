package io.penstock.broker.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which version of Swagger UI is on the class path. */
final class SwaggerUi {

  private static final String POM = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /** As its jar says, so that another version needs no change here. */
  static final String VERSION = version();

  private SwaggerUi() {}

  private static String version() {
    try (InputStream in = SwaggerUi.class.getResourceAsStream(POM)) {
      if (in == null) {
        throw new IllegalStateException(POM + " is missing");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException("The version of Swagger UI cannot be read", e);
    }
  }
}
