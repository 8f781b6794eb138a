/** Service levels of the service classes. */
@NullMarked
package io.penstock.streams.score.service;

import org.jspecify.annotations.NullMarked;
