from django.urls import path

from .views import crawlers, demo, front, guide, health

urlpatterns = [
    path("", front.home, name="home"),
    path("about/", front.about, name="about"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("privacy/", front.privacy, name="privacy"),
    path("robots.txt", crawlers.robots_txt, name="robots_txt"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", crawlers.sitemap_section, name="sitemap_section"),
    path("styleguide/", guide.styleguide, name="styleguide"),
    path("favicon.ico", front.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("demo/mail/", demo.demo_mail, name="demo_mail"),
    path("demo/mail/<str:name>/", demo.demo_letter, name="demo_letter"),
]
