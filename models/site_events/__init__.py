"""What people did on the site: landing pages, visitors, web sessions and web actions."""
