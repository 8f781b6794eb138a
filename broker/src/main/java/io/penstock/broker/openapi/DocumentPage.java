package io.penstock.broker.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The files of the page that shows the document: our own two, and those of Swagger UI. */
public final class DocumentPage {

  /**
   * A file.
   *
   * @param bytes its content; the array is not copied
   * @param type its media type
   */
  public record Content(byte[] bytes, String type) {}

  private record Place(String resource, String type) {}

  /** Only these are served, so no name leads anywhere else. */
  private static final Map<String, Place> FILES =
      Map.of(
          "index.html", new Place("page/index.html", "text/html; charset=utf-8"),
          "start.js", new Place("page/start.js", "text/javascript; charset=utf-8"),
          "swagger-ui.css", new Place(swagger("swagger-ui.css"), "text/css; charset=utf-8"),
          "swagger-ui-bundle.js",
              new Place(swagger("swagger-ui-bundle.js"), "text/javascript; charset=utf-8"),
          "favicon.png", new Place(swagger("favicon-32x32.png"), "image/png"));

  private static final Map<String, Content> READ = new ConcurrentHashMap<>();

  private DocumentPage() {}

  /** The folder in the jar has the version in its name. */
  private static String swagger(String file) {
    return "/META-INF/resources/webjars/swagger-ui/%s/%s".formatted(SwaggerUi.VERSION, file);
  }

  /** The file of this name; empty if it is none of the page's. */
  public static Optional<Content> file(String name) {
    return Optional.ofNullable(FILES.get(name))
        .map(place -> READ.computeIfAbsent(name, _ -> read(place)));
  }

  private static Content read(Place place) {
    try (InputStream in = DocumentPage.class.getResourceAsStream(place.resource())) {
      if (in == null) {
        throw new IllegalStateException("%s is missing".formatted(place.resource()));
      }
      return new Content(in.readAllBytes(), place.type());
    } catch (IOException e) {
      throw new UncheckedIOException("A file of the page cannot be read", e);
    }
  }
}
