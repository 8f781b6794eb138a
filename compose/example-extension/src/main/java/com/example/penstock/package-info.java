/** A rank policy and an engine that Penstock finds by name. */
package com.example.penstock;
