/** What each service class promises. */
@NullMarked
package io.penstock.streams.score.service;

import org.jspecify.annotations.NullMarked;
