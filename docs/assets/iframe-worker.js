// The search runs in a Worker, which browsers refuse to a page that was opened from disk. There a hidden
// frame takes its place. The site generator would load a script of another host for this.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(url) {
      this.onmessage = this.onmessageerror = this.onerror = null
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      this.inner = this.frame.contentWindow
      // A message to or from a Worker is a copy.
      this.inner.postMessage = (message) => {
        const data = structuredClone(message)
        setTimeout(() => this.onmessage?.({ data }))
      }
      const script = this.inner.document.createElement("script")
      this.loaded = new Promise((resolve) => { script.onload = resolve })
      script.src = url
      this.inner.document.body.append(script)
    }

    postMessage(message) {
      const data = structuredClone(message)
      this.loaded.then(() => this.inner.onmessage?.({ data }))
    }

    terminate() {
      this.frame.remove()
    }
  }
}
